select in_changed(), in_created();
