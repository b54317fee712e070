select person, email, years from people;
