"""The parts of a report: one file per section, each made from the results of a study."""
