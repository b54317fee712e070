select tgrelid::regclass, tgname, tgenabled from pg_trigger where tgrelid::regclass::text in ('t', 'parted', 'part', 'seen') order by 1::text, 2;
