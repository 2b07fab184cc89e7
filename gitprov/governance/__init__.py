"""Who decides: trust versions and the settings in force, as people propose and sign them."""
