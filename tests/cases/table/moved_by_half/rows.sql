select last_value from sales.tag
