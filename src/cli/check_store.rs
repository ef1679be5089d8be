//! `cchc check --store`: whether all files of a workspace are what was written, and what a repair would do.

use anyhow::Result;

use super::lines::wrapped;
use super::output::{Columns, plain};
use super::store_faults::Teller;
use super::{Format, Global, Outcome};
use cchc_model::Level;
use cchc_store::{Repair, StoreFault, Workspace};

/// Whether a check repairs what it can.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// It only looks, and tells what a repair would do.
    Look,
    /// It repairs what it can without losing anything, then looks.
    Repair,
}

/// The files are not what was written. All is told already.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct NotWhole(String);

/// Looks at every file of the workspace.
pub(super) fn run(global: &Global, mode: Mode) -> Result<Outcome> {
    let workspace = Workspace::open(&global.workspace)?;
    let teller = Teller::new(global);
    if mode == Mode::Repair {
        let lock = workspace.lock(true, || global.tell("another import is running; waiting for it to end"))?;
        let done = workspace.repair(&lock)?;
        tell_steps(global, &teller, "did", &done);
        if done.is_empty() {
            global.note(&teller.say("nothing_to_repair", &[]));
        }
    }
    let faults = workspace.check()?;
    write(global, &teller, &faults)?;
    if mode == Mode::Look {
        tell_steps(global, &teller, "would", &workspace.repairs()?);
    }
    let errors = faults.iter().filter(|fault| fault.kind.level() == Level::Error).count();
    let told = teller.say("not_whole", &[("errors", &errors), ("others", &(faults.len() - errors))]);
    if errors > 0 {
        return Err(NotWhole(told).into());
    }
    global.note(&if faults.is_empty() { teller.say("whole", &[]) } else { told });
    Ok(Outcome::Done)
}

fn tell_steps(global: &Global, teller: &Teller, heading: &str, steps: &[Repair]) {
    if steps.is_empty() {
        return;
    }
    global.note(&teller.say(heading, &[]));
    for step in steps {
        global.note(&format!("  {}", teller.repair(step)));
    }
}

/// One row a fault; for people one sentence a fault.
fn write(global: &Global, teller: &Teller, faults: &[StoreFault]) -> Result<()> {
    let messages: Vec<String> = faults.iter().map(|fault| teller.fault(fault)).collect();
    let actions: Vec<String> = faults.iter().map(|fault| teller.action(fault)).collect();
    if global.format == Format::Table {
        let lines = faults.iter().zip(&messages).zip(&actions);
        let text: String = lines
            .map(|((fault, message), action)| {
                let level = fault.kind.level().as_str();
                let told = super::output::safe(&global.said(&format!("{level}: {message} {action}")));
                wrapped(&told, 0)
            })
            .collect();
        return plain(&text);
    }
    let paths: Vec<String> = faults.iter().map(|fault| fault.path.display().to_string()).collect();
    Columns::default()
        .text("level", faults.iter().map(|fault| Some(fault.kind.level().as_str())))
        .text("fault", faults.iter().map(|fault| Some(fault.kind.as_str())))
        .text("path", paths.iter().map(|path| Some(path.as_str())))
        .text("table", faults.iter().map(|fault| fault.table.as_deref()))
        .text("month", faults.iter().map(|fault| fault.month.as_deref()))
        .text("message", messages.iter().map(|message| Some(message.as_str())))
        .text("action", actions.iter().map(|action| Some(action.as_str())))
        .write(global)
}
