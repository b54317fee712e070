create table t (a int constraint by_hand unique);
