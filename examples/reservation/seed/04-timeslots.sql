-- Four weeks from tomorrow on; those that are there stay.

select sum(generate_timeslots(id, current_date + 1, current_date + 28)) as timeslots from resources where active;
