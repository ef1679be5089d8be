//! Compiles the crate again when an embedded definition or template changes: the macro that embeds them does not tell cargo.

fn main() {
    for folder in ["queries", "report-templates"] {
        println!("cargo:rerun-if-changed=../../{folder}");
    }
}
