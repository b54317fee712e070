create function cmp(int4, int8) returns int language sql immutable as 'select btint48cmp($1, $2)';
create operator family same using btree;
alter operator family same using btree add operator 1 < (int4, int8), function 1 (int4, int8) btint48cmp(int4, int8);
create operator family changed using btree;
alter operator family changed using btree add operator 1 < (int4, int8), operator 5 > (int4, int8),
    function 1 (int4, int8) btint48cmp(int4, int8), operator 3 = (int2, int8);
create operator class own_ops for type int4 using btree as operator 1 <, function 1 btint4cmp(int4, int4);
alter operator family own_ops using btree add operator 1 < (int4, int8);
create operator family points using gist;
create operator class points_ops for type point using gist family points as
    operator 1 <<, operator 28 <@ (point, box), function 1 gist_point_consistent(internal, point, smallint, oid, internal),
    function 2 gist_box_union(internal, internal), function 3 gist_point_compress(internal), function 5 gist_box_penalty(internal, internal, internal),
    function 6 gist_box_picksplit(internal, internal), function 7 gist_box_same(box, box, internal), storage box;
