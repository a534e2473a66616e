use std::collections::BTreeMap;

use super::given::Given;
use super::problem::{nearest, suggestion};
use super::{File, Origin, Problem, SETTINGS, Service, Setting, Settings, Sources};

/// Variables with our prefix that are not the server's: the client's, and the one that names the file.
const OTHER_VARIABLES: [&str; 4] = [
    "DOORSTROOM_AS",
    "DOORSTROOM_SERVER",
    "DOORSTROOM_OUTPUT",
    "DOORSTROOM_CONFIG",
];

/// The settings in force, and where each came from.
#[derive(Clone, Debug)]
pub struct Effective {
    /// The settings.
    pub settings: Settings,
    pub(super) origins: BTreeMap<&'static str, Origin>,
}

impl Effective {
    /// Returns where a setting's value came from.
    pub fn origin(&self, name: &str) -> Origin {
        self.origins.get(name).cloned().unwrap_or(Origin::Default)
    }
}

/// Returns the settings that the sources add up to, or everything that is wrong with them.
pub fn resolve(sources: &Sources) -> Result<Effective, Vec<Problem>> {
    let mut reading = Reading {
        settings: Settings::default(),
        origins: BTreeMap::new(),
        problems: Vec::new(),
    };
    // The weakest first: each later one takes the place of what it names.
    if let Some(file) = &sources.file {
        reading.file(file);
    }
    reading.environment(&sources.environment);
    reading.flags(&sources.flags);
    reading.fit_default_services();
    reading.together();
    if !reading.problems.is_empty() {
        return Err(reading.problems);
    }
    Ok(Effective {
        settings: reading.settings,
        origins: reading.origins,
    })
}

struct Reading {
    settings: Settings,
    origins: BTreeMap<&'static str, Origin>,
    problems: Vec<Problem>,
}

impl Reading {
    fn set(&mut self, setting: &'static Setting, given: Given<'_>, origin: Origin) {
        match (setting.set)(&mut self.settings, given) {
            Ok(()) => {
                self.origins.insert(setting.name, origin);
            }
            Err(reason) => self.problems.push(Problem::new(origin, reason)),
        }
    }

    fn file(&mut self, file: &File) {
        let at = |key: &str| Origin::File {
            path: file.path.clone(),
            key: key.to_owned(),
        };
        let table = match toml::from_str::<toml::Table>(&file.text) {
            Ok(table) => table,
            Err(error) => {
                let line = error
                    .span()
                    .map_or(1, |span| line_of(&file.text, span.start));
                let origin = at(&format!("line {line}"));
                return self.problems.push(Problem::new(origin, error.message()));
            }
        };
        for (key, value) in &table {
            match SETTINGS.iter().find(|setting| setting.key() == *key) {
                Some(setting) => self.set(setting, Given::Key(value), at(key)),
                None => {
                    let keys: Vec<String> = SETTINGS.iter().map(Setting::key).collect();
                    let near = suggestion(key, keys.iter().map(String::as_str));
                    let reason = format!("there is no such setting{near}");
                    self.problems.push(Problem::new(at(key), reason));
                }
            }
        }
    }

    fn environment(&mut self, variables: &[(String, String)]) {
        let names: Vec<String> = SETTINGS.iter().map(Setting::variable).collect();
        for (name, value) in variables {
            if OTHER_VARIABLES.contains(&name.as_str()) {
                continue;
            }
            let origin = Origin::Environment(name.clone());
            if let Some(setting) = SETTINGS.iter().find(|setting| setting.variable() == *name) {
                self.set(setting, Given::Variable(value), origin);
                continue;
            }
            // Other programs may have variables of this prefix: only what looks like a slip is refused.
            let word = name.trim_start_matches("DOORSTROOM_");
            let known = names
                .iter()
                .map(|name| name.trim_start_matches("DOORSTROOM_"));
            if let Some(meant) = nearest(word, known) {
                let reason = format!("there is no such setting; did you mean DOORSTROOM_{meant}?");
                self.problems.push(Problem::new(origin, reason));
            }
        }
    }

    fn flags(&mut self, flags: &[(String, Vec<String>)]) {
        for (name, values) in flags {
            match Setting::named(name) {
                Some(setting) => {
                    self.set(setting, Given::Flag(values), Origin::Flag(setting.flag()))
                }
                None => {
                    let origin = Origin::Flag(format!("--{name}"));
                    self.problems
                        .push(Problem::new(origin, "there is no such setting"));
                }
            }
        }
    }

    /// Without a word about it, a node beside Kafka runs what needs no keys: those of persons the nodes of a region must
    /// share, which somebody has to see to.
    fn fit_default_services(&mut self) {
        let settings = &mut self.settings;
        if settings.kafka.is_some() && !self.origins.contains_key("services") {
            settings
                .services
                .retain(|service| !service.is_run_apart() && !service.is_about_persons());
        }
    }

    /// What only the settings together can get wrong.
    fn together(&mut self) {
        let settings = &self.settings;
        let mut wrong: Vec<(&'static str, &'static str)> = Vec::new();
        if !settings.grpc.ip().is_loopback() && !settings.insecure_dev {
            wrong.push((
                "grpc",
                "callers are not identified yet, so gRPC listens on this machine only (127.0.0.1 or [::1]); \
                 insecure-dev allows more, for development",
            ));
        }
        if settings.grpc == settings.http && settings.grpc.port() != 0 {
            wrong.push(("http", "is the same address as grpc"));
        }
        let apart = settings
            .services
            .iter()
            .any(|service| service.is_run_apart());
        if apart && settings.kafka.is_some() && !settings.insecure_dev {
            wrong.push((
                "services",
                "the evaluator keeps its keys in the data folder and must have no way to the log on Kafka: run it by \
                 itself, without kafka, on a machine of its own; insecure-dev allows it, for development",
            ));
        }
        if settings.demo && !settings.services.contains(&Service::Capacity) {
            wrong.push(("demo", "needs the service capacity"));
        }
        if !settings.kafka_options.is_empty() && settings.kafka.is_none() {
            wrong.push((
                "kafka-option",
                "says something about Kafka, but kafka is not set",
            ));
        }
        for (name, reason) in wrong {
            let origin = self.origins.get(name).cloned().unwrap_or(Origin::Default);
            self.problems.push(Problem::new(origin, reason));
        }
    }
}

fn line_of(text: &str, offset: usize) -> usize {
    text.bytes()
        .take(offset)
        .filter(|byte| *byte == b'\n')
        .count()
        + 1
}
