"""Papers that leave the printer: parcel labels, packing slips, hand-over sheets, calibration pages."""
