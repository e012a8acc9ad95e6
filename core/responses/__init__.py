"""(I, PA) of every excitation with their covariance, measured or published."""
