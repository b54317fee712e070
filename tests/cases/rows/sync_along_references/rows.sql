select * from events join kinds on kind = kinds.id;
