update events set id = 2 returning updated_at > '2021-01-01'
