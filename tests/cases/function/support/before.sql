create function used_helper(internal) returns internal language internal strict as 'textlike_support';
create function used(text, text) returns boolean language internal immutable strict support used_helper as 'textlike';
