create operator class bare_ops for type int4 using btree as storage int4;
