"""Raw tables read, checked and accounted for."""
