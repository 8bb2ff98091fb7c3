//! The layers of the configuration, laid over each other, each value with where it came from.

use super::{
    ConfigError,
    keys::{self, LISTS, SECRETS},
};
use ::config::{Config as Merged, ConfigError as Fault, File, FileFormat, Value, ValueKind};
use serde::de::DeserializeOwned;
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

/// What begins the name of every variable.
const PREFIX: &str = "MARU_";
/// Variables that are not keys: the file's name, and what our own scripts use.
const NOT_KEYS: [&str; 3] = ["CONFIG", "BIN", "TOOLS"];
/// Read when no other file is named, and there.
const FILE: &str = "maru.toml";

/// Where the configuration comes from, apart from the defaults.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// The file; it must be there when named.
    pub file: Option<PathBuf>,
    /// The environment: all of it, or what a test makes of it.
    pub env: Vec<(String, String)>,
    /// Key and value of flags.
    pub flags: Vec<(String, String)>,
}

/// All values that were set, by key.
#[derive(Debug, Default)]
pub(super) struct Layers {
    values: BTreeMap<String, Value>,
}

impl Sources {
    /// This process's environment, the file that it or the flag names, and the flags.
    pub fn of_process(file: Option<PathBuf>, flags: Vec<(String, String)>) -> Self {
        let env: Vec<(String, String)> = std::env::vars_os()
            .filter_map(|(name, value)| {
                Some((name.into_string().ok()?, value.to_string_lossy().into_owned()))
            })
            .collect();
        let named = env.iter().find(|(name, _)| name == "MARU_CONFIG").map(|it| (&it.1).into());
        let usual = || Path::new(FILE).exists().then(|| FILE.into());
        Self { file: file.or(named).or_else(usual), env, flags }
    }
}

impl Layers {
    /// Lays file, environment and flags over each other.
    pub(super) fn collect(sources: &Sources) -> Result<Self, ConfigError> {
        let mut layers = Self::default();
        if let Some(path) = &sources.file {
            layers.add_file(path)?;
        }
        for (name, value) in &sources.env {
            if let Some(rest) = name.strip_prefix(PREFIX) {
                layers.add_variable(name, rest, value)?;
            }
        }
        for (key, value) in &sources.flags {
            layers.add_text(key, value, "the command line")?;
        }
        Ok(layers)
    }

    /// The value of a key, if it was set and is of that type.
    pub(super) fn get<T: DeserializeOwned>(
        &self,
        key: &str,
        mend: &str,
    ) -> Result<Option<T>, ConfigError> {
        let Some(value) = self.values.get(key) else { return Ok(None) };
        let read = value.clone().try_deserialize();
        read.map(Some).map_err(|_| self.bad(key, mend))
    }

    /// A complaint about a key's value.
    pub(super) fn bad(&self, key: &str, mend: &str) -> ConfigError {
        let value = self.values.get(key);
        let origin = value.and_then(|it| it.origin()).unwrap_or("the defaults");
        let shown = match value {
            Some(_) if SECRETS.contains(&key) => "…".to_owned(),
            Some(it) => it.to_string(),
            None => String::new(),
        };
        ConfigError::BadValue {
            key: key.to_owned(),
            value: shown,
            origin: origin.to_owned(),
            mend: mend.to_owned(),
        }
    }

    /// A complaint about a secret address, shown without what is secret in it.
    pub(super) fn bad_url(&self, key: &str, shown: &str, mend: &str) -> ConfigError {
        let value = self.values.get(key);
        ConfigError::BadValue {
            key: key.to_owned(),
            value: shown.to_owned(),
            origin: value.and_then(|it| it.origin()).unwrap_or("the defaults").to_owned(),
            mend: mend.to_owned(),
        }
    }

    fn add_file(&mut self, path: &Path) -> Result<(), ConfigError> {
        let why = |why: String| ConfigError::Unreadable { path: path.to_owned(), why };
        let text = fs::read_to_string(path).map_err(|it| why(it.to_string()))?;
        let merged = Merged::builder()
            .add_source(File::from_str(&text, FileFormat::Toml))
            .build()
            .map_err(|it| why(one_line(&it)))?;
        let Ok(table) = merged.try_deserialize::<Value>().and_then(Value::into_table) else {
            return Err(why("is not a table of keys and values".into()));
        };
        let origin = path.display().to_string();
        for (key, value) in table {
            self.add_value(&key, value, &origin)?;
        }
        Ok(())
    }

    /// Adds a value of the file; a table's are named by table and key.
    fn add_value(&mut self, key: &str, value: Value, origin: &str) -> Result<(), ConfigError> {
        if let ValueKind::Table(table) = value.kind {
            for (inner, value) in table {
                self.add_value(&format!("{key}.{inner}"), value, origin)?;
            }
            return Ok(());
        }
        keys::check_known(key, key, origin)?;
        self.values.insert(key.to_owned(), Value::new(Some(&origin.to_owned()), value.kind));
        Ok(())
    }

    fn add_variable(&mut self, name: &str, rest: &str, value: &str) -> Result<(), ConfigError> {
        if NOT_KEYS.contains(&rest) {
            return Ok(());
        }
        let key = rest.to_ascii_lowercase().replace("__", ".");
        if let Some(secret) = key.strip_suffix("_file").filter(|it| SECRETS.contains(it)) {
            let text = fs::read_to_string(value).map_err(|error| ConfigError::BadValue {
                key: name.to_owned(),
                value: value.to_owned(),
                origin: "the environment".to_owned(),
                mend: format!("cannot be read ({error}); name a file with the value of {secret}"),
            })?;
            return self.add_text(secret, text.trim(), name);
        }
        keys::check_known(&key, name, "the environment")?;
        self.add_text(&key, value, name)
    }

    fn add_text(&mut self, key: &str, text: &str, origin: &str) -> Result<(), ConfigError> {
        keys::check_known(key, key, origin)?;
        let origin = Some(origin.to_owned());
        let kind = if LISTS.contains(&key) {
            let items = text.split(',').map(str::trim).filter(|it| !it.is_empty());
            ValueKind::Array(items.map(|it| Value::new(origin.as_ref(), it)).collect())
        } else {
            ValueKind::String(text.to_owned())
        };
        self.values.insert(key.to_owned(), Value::new(origin.as_ref(), kind));
        Ok(())
    }
}

/// The parser's complaint without its drawing of the place.
fn one_line(fault: &Fault) -> String {
    let text = fault.to_string();
    let lines = text.lines().map(str::trim).filter(|it| !it.is_empty() && !it.contains('|'));
    lines.collect::<Vec<_>>().join("; ")
}
