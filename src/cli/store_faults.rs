//! Tells what is wrong with the files of a workspace, in the words of `report-templates/wording.toml`.

use std::path::Path;

use cchc_definitions::{Definitions, Language, Wording};
use cchc_model::Level;
use cchc_store::{Faults, Repair, StoreFault, Workspace};

use super::Global;

/// The section of the sentences.
pub(super) const SECTION: &str = "store";
/// An error tells so many faults.
const MOST: usize = 20;

/// Sentences in the language asked for.
pub(super) struct Teller {
    wording: Wording,
    language: Language,
    root: std::path::PathBuf,
}

impl Teller {
    /// The workspace's own sentences, or the shipped ones if its definitions have faults.
    pub fn new(global: &Global) -> Self {
        let own = Definitions::load(Some(&global.workspace)).or_else(|_| Definitions::load(None));
        let wording = own.map(|definitions| definitions.wording).unwrap_or_default();
        Self { wording, language: global.language(), root: global.workspace.clone() }
    }

    /// A sentence with its values.
    pub fn say(&self, key: &str, values: &[(&str, &dyn std::fmt::Display)]) -> String {
        self.wording.fill(SECTION, key, self.language, values)
    }

    /// What is wrong.
    pub fn fault(&self, fault: &StoreFault) -> String {
        let table = fault.table.as_deref().unwrap_or_default();
        let held = match &fault.month {
            Some(month) => self.say("held_month", &[("table", &table), ("month", month)]),
            None => self.say("held", &[("table", &table)]),
        };
        let values: [(&str, &dyn std::fmt::Display); 4] = [
            ("path", &self.path(&fault.path)),
            ("held", &held),
            ("expected", &fault.expected),
            ("found", &fault.found),
        ];
        self.say(fault.kind.as_str(), &values)
    }

    /// What to do about it.
    pub fn action(&self, fault: &StoreFault) -> String {
        self.say(&format!("{}_do", fault.kind.as_str()), &[])
    }

    /// One step of a repair.
    pub fn repair(&self, repair: &Repair) -> String {
        self.say(repair.as_str(), &[("path", &self.path(&repair.path())), ("number", &repair.number())])
    }

    fn path(&self, below: &Path) -> String {
        self.root.join(below).display().to_string()
    }
}

/// Tells the faults that ended a command, if it was faults of the store that did.
pub(super) fn tell(global: &Global, error: &anyhow::Error) -> bool {
    let Some(Faults(faults)) = error.chain().find_map(|cause| cause.downcast_ref()) else { return false };
    let teller = Teller::new(global);
    for fault in faults.iter().take(MOST) {
        global.tell(&format!("error: {} {}", teller.fault(fault), teller.action(fault)));
    }
    if faults.len() > MOST {
        global.tell(&format!("error: {}", teller.say("more", &[("count", &(faults.len() - MOST))])));
    }
    true
}

/// Tells what is wrong with versions although the one asked for can be read.
pub(super) fn warn(global: &Global, workspace: &Workspace) -> anyhow::Result<()> {
    let faults = workspace.version_faults()?;
    if faults.is_empty() {
        return Ok(());
    }
    let teller = Teller::new(global);
    for fault in faults.iter().filter(|fault| fault.kind.level() >= Level::Warning).take(MOST) {
        global.tell(&format!("warning: {} {}", teller.fault(fault), teller.action(fault)));
    }
    Ok(())
}
