"""From graphs to a picture as plain data, in this order: picture, plan, rows, lanes, cards, routes, layout."""
