create text search dictionary same (template = snowball, language = english, stopwords = english);
create text search dictionary changed (template = simple, stopwords = english, accept = false);
create text search dictionary other (template = simple);
comment on text search dictionary other is 'undeclared';
create text search dictionary before (template = simple);
create text search dictionary undeclared (template = simple);
