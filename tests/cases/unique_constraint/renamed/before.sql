create table t (a int constraint by_hand unique, b int constraint other unique);
