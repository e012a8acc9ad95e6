"""η at matched intensities, from absorptances: a check of the photothermal one."""
