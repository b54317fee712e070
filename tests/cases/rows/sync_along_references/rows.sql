select * from notes join events on event = events.id join kinds on kind = kinds.id;
