//! What the command line says of itself: arguments are parsed here, and help and refusals are said in Vietnamese.

use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, ArgAction, Command, CommandFactory, FromArgMatches};

use super::{Cli, Language, Where, in_language, mask};

/// Parses arguments; help, or what is wrong with them, is printed here, and tells how the program ends.
pub(super) fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Cli, ExitCode> {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let language = language(&arguments);
    let parsed = command(language).try_get_matches_from(arguments);
    parsed.and_then(|matches| Cli::from_arg_matches(&matches)).map_err(|error| {
        tell(&error, language);
        ExitCode::from(if error.use_stderr() { 2 } else { 0 })
    })
}

/// The command line with its help in a language.
pub(super) fn command(language: Language) -> Command {
    let mut command = Cli::command();
    if language == Language::En {
        return command;
    }
    command.build();
    in_vietnamese(command)
}

/// The language must be known before the arguments are understood.
fn language(arguments: &[OsString]) -> Language {
    let after_lang = arguments.iter().skip_while(|argument| *argument != "--lang").nth(1);
    let joined = arguments.iter().find_map(|argument| argument.to_str()?.strip_prefix("--lang="));
    let given = after_lang.and_then(|word| word.to_str()).or(joined).map(OsStr::new);
    let is_english =
        given.map_or_else(|| std::env::var_os("CCHC_LANG").is_some_and(|word| word == "en"), |word| word == "en");
    if is_english { Language::En } else { Language::Vi }
}

fn said(english: &str) -> String {
    in_language(english, Language::Vi, Path::new(""))
}

fn in_vietnamese(command: Command) -> Command {
    let about = command.get_about().map(|about| said(&about.to_string()));
    // clap fills the parts in braces.
    let page = format!("{{about}}\n\n{}: {{usage}}\n\n{{all-args}}\n", said("Usage"));
    let mut command = command.help_template(page).subcommand_help_heading(said("Commands")).mut_args(argument);
    if let Some(about) = about {
        command = command.about(about);
    }
    if let Some(long) = command.get_long_about().map(|about| said(&about.to_string())) {
        command = command.long_about(long);
    }
    let mut command = command.mut_subcommands(in_vietnamese);
    let usage = command.render_usage().to_string();
    let usage = usage.strip_prefix("Usage: ").unwrap_or(&usage).split(' ').map(said).collect::<Vec<_>>().join(" ");
    command.override_usage(usage)
}

/// An option or argument: its help, its default and its values, which clap would introduce in English.
fn argument(argument: Arg) -> Arg {
    let help = argument.get_help().map(|help| said(&help.to_string())).unwrap_or_default();
    let default = argument.get_default_values().first().map(|value| value.to_string_lossy().into_owned());
    let takes_value = matches!(argument.get_action(), ArgAction::Set | ArgAction::Append);
    let default = default
        .filter(|_| takes_value)
        .map(|value| format!(" {}", said(&format!("[default: {value}]"))))
        .unwrap_or_default();
    let values: Vec<_> = argument.get_possible_values().into_iter().filter(|value| !value.is_hide_set()).collect();
    let short = format!("{help}{default}");
    let mut long = short.clone();
    if takes_value && !values.is_empty() {
        long.push_str(&format!("\n{}:", said("Values")));
        for value in &values {
            let meaning = value.get_help().map(|help| format!(": {}", said(&help.to_string()))).unwrap_or_default();
            long.push_str(&format!("\n- {}{meaning}", value.get_name()));
        }
    }
    let names: Vec<String> =
        argument.get_value_names().unwrap_or_default().iter().map(|name| said(&format!("<{name}>"))).collect();
    let names = names.iter().map(|name| name.trim_matches(['<', '>']).to_owned());
    let heading = match (argument.is_positional(), argument.is_global_set()) {
        (true, _) => "Arguments",
        (false, true) => "Global options",
        (false, false) => "Options",
    };
    let has_names = argument.get_value_names().is_some();
    let argument = argument.help(short).long_help(long).help_heading(said(heading));
    let argument = argument.hide_possible_values(true).hide_default_value(true).hide_env(true);
    if takes_value && has_names { argument.value_names(names.collect::<Vec<_>>()) } else { argument }
}

/// Prints help, or says what is wrong with the arguments.
fn tell(error: &clap::Error, language: Language) {
    let is_help = !error.use_stderr();
    if language == Language::En || is_help || error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        let text = error.render().to_string();
        match mask().text(&text, Where::Sentence) {
            std::borrow::Cow::Owned(masked) if !is_help => eprint!("{masked}"),
            _ => drop(error.print()),
        }
        return;
    }
    eprintln!("{}", said(&super::said(&sentence(error))));
}

/// The refusal as one English sentence per line, to be looked up.
fn sentence(error: &clap::Error) -> String {
    let text = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => text.clone(),
        Some(ContextValue::Strings(texts)) => texts.join(", "),
        Some(other) => other.to_string(),
        None => String::new(),
    };
    let (argument, value) = (text(ContextKind::InvalidArg), text(ContextKind::InvalidValue));
    let what = match error.kind() {
        ErrorKind::InvalidSubcommand => format!("there is no command '{}'", text(ContextKind::InvalidSubcommand)),
        ErrorKind::UnknownArgument => format!("there is no option '{argument}' here"),
        ErrorKind::InvalidValue if value.is_empty() => format!("{argument} needs a value"),
        ErrorKind::InvalidValue => format!("{argument} does not take '{value}'"),
        ErrorKind::ValueValidation => {
            let cause = std::error::Error::source(error).map(ToString::to_string).unwrap_or_default();
            format!("{argument}: {cause}")
        }
        ErrorKind::MissingRequiredArgument => format!("missing: {argument}"),
        ErrorKind::ArgumentConflict => format!("{argument} cannot be used with {}", text(ContextKind::PriorArg)),
        ErrorKind::MissingSubcommand => "a command is missing".to_owned(),
        _ => error.render().to_string().trim_start_matches("error: ").trim_end().to_owned(),
    };
    let near = [ContextKind::SuggestedSubcommand, ContextKind::SuggestedArg, ContextKind::SuggestedValue].map(text);
    let near = near.iter().find(|near| !near.is_empty()).map(|near| format!("\nhint: did you mean '{near}'?"));
    let values = Some(text(ContextKind::ValidValue)).filter(|values| !values.is_empty());
    let values = values.filter(|_| near.is_none()).map(|values| format!("\nhint: the values are {values}"));
    format!("error: {what}{}{}", near.unwrap_or_default(), values.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn missing(command: &Command, found: &mut Vec<String>) {
        let sentences = cchc_definitions::Sentences::load(None).expect("the shipped file is sound");
        let mut look = |text: Option<String>| found.extend(text.filter(|text| !sentences.has(text)));
        look(command.get_about().map(ToString::to_string));
        for argument in command.get_arguments() {
            look(argument.get_help().map(ToString::to_string));
            for value in argument.get_possible_values() {
                look(value.get_help().map(ToString::to_string));
            }
        }
        command.get_subcommands().filter(|command| !command.is_hide_set()).for_each(|command| missing(command, found));
    }

    #[test]
    fn all_help_has_its_vietnamese() {
        let (mut command, mut found) = (Cli::command(), Vec::new());
        command.build();
        missing(&command, &mut found);
        found.sort();
        found.dedup();
        assert!(found.is_empty(), "report-templates/sentences.toml lacks:\n{}", found.join("\n"));
    }
}
