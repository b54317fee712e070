select tableoid::regclass, * from events order by span
