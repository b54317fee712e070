create domain stray as int check (value > 0);
create domain known as int constraint extra check (value > 0);
comment on domain stray is 'of nobody';
