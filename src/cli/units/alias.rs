//! `cchc units alias`: a name is resolved once, and every later import knows it.

use anyhow::Result;

use super::super::Global;
use super::{Alias, change};

impl Alias {
    pub fn run(&self, global: &Global) -> Result<()> {
        if self.remove {
            let had = change(global, |book| book.remove_alias(&self.name, self.code.as_deref()))?;
            global.note(&format!("'{}' no longer means {}", self.name, had.join(", ")));
            return Ok(());
        }
        let code = self.code.as_deref().unwrap_or_default();
        change(global, |book| book.add_alias(&self.name, code))?;
        global.note(&format!("'{}' means {code}; import the files again that have rows of it refused", self.name));
        Ok(())
    }
}
