select mail, names from people
