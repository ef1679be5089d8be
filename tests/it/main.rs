//! Tests of the whole program: commands on files, figures against a truth counted elsewhere, and the shape of the house.
#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

mod support;
mod workbook;

mod architecture;
mod archives;
mod bad_containers;
mod bad_dates;
mod bad_definitions;
mod bad_input;
mod bad_layout;
mod bad_paths;
mod bad_places;
mod bad_text;
mod bad_values;
mod bad_xls;
mod biff;
mod changes;
mod composite;
mod concurrency;
mod contracts;
mod derived;
mod disk;
mod dry_run;
mod encodings;
mod findings;
mod full_size;
mod fuzz;
mod import_output;
mod independent_sql;
mod kill;
mod personal;
mod policies;
mod published;
mod purge;
mod references;
mod refusals;
mod report;
mod report_of_index;
mod source;
mod tables;
mod truth;
mod units;
mod units_as_of;
mod versions;
mod worktime;
