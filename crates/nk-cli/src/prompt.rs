//! Questions to a person.

use std::io::{self, BufRead, IsTerminal, Write};

use crate::errors::Error;

/// Asks for `expected` to be typed; true if it was.
///
/// # Errors
///
/// If there is no terminal, because nobody can answer there; `--yes` is for that.
pub(crate) fn confirm(question: &str, expected: &str, command: &str) -> Result<bool, Error> {
    if !io::stdin().is_terminal() {
        return Err(Error::NobodyToAsk { command: command.to_owned() });
    }
    let mut error = anstream::stderr().lock();
    let _ = write!(error, "{question} ");
    let _ = error.flush();
    let mut answer = String::new();
    let read = io::stdin().lock().read_line(&mut answer);
    Ok(read.is_ok() && answer.trim() == expected)
}

/// Reads a secret value: without echo from a terminal, otherwise the first line of standard input.
///
/// # Errors
///
/// If it cannot be read, or is empty.
pub(crate) fn secret(question: &str) -> Result<String, Error> {
    let unreadable = |error: io::Error| Error::SecretInput(error.to_string());
    let value = if io::stdin().is_terminal() {
        rpassword::prompt_password(format!("{question}: ")).map_err(unreadable)?
    } else {
        let mut line = String::new();
        io::stdin().lock().read_line(&mut line).map_err(unreadable)?;
        line.trim_end_matches(['\r', '\n']).to_owned()
    };
    if value.is_empty() {
        return Err(Error::SecretInput("it is empty".to_owned()));
    }
    Ok(value)
}
