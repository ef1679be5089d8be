//! Small counts: an attacker with all published tables of a set at hand works out no count under five.

mod attacker;
mod optimum;
mod outputs;
mod province;
