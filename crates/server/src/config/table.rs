use std::time::Duration;

use tracing_subscriber::EnvFilter;
use waitlist::ErasureHold;

use super::given::Given;
use super::problem::suggestion;
use super::{LogFormat, Service, Settings};

/// Which commands take a setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    /// Everything that touches the log.
    Log,
    /// The server alone.
    Serve,
}

/// One setting: its names, what it means, how it is read and shown.
pub(crate) struct Setting {
    /// Flag without dashes; key and variable follow from it.
    pub(crate) name: &'static str,
    /// What stands for the value in the help; empty for a switch.
    pub(crate) placeholder: &'static str,
    pub(crate) scope: Scope,
    pub(crate) help: &'static str,
    pub(crate) set: fn(&mut Settings, Given<'_>) -> Result<(), String>,
    pub(crate) show: fn(&Settings) -> String,
}

impl Setting {
    /// Returns the key in the configuration file.
    pub(crate) fn key(&self) -> String {
        self.name.replace('-', "_")
    }

    /// Returns the environment variable.
    pub(crate) fn variable(&self) -> String {
        format!("DOORSTROOM_{}", self.key().to_uppercase())
    }

    /// Returns the flag with its dashes.
    pub(crate) fn flag(&self) -> String {
        format!("--{}", self.name)
    }

    pub(crate) const fn is_switch(&self) -> bool {
        self.placeholder.is_empty()
    }

    pub(crate) fn named(name: &str) -> Option<&'static Self> {
        SETTINGS.iter().find(|setting| setting.name == name)
    }
}

const HOUR: u32 = 60 * 60;
/// The law gives a month to erase somebody.
const MONTH_HOURS: u32 = 30 * 24;

/// Every setting there is, in the order of the documentation.
pub(crate) static SETTINGS: &[Setting] = &[
    Setting {
        name: "data",
        placeholder: "DIR",
        scope: Scope::Log,
        help: "Folder of the log, the replica and the snapshots; made when it is missing",
        set: |settings, given| put(&mut settings.data, given.word().map(Into::into)),
        show: |settings| settings.data.display().to_string(),
    },
    Setting {
        name: "person-keys",
        placeholder: "DIR",
        scope: Scope::Log,
        help: "Folder of the keys of persons and of the key that signs the access log, which the nodes of one region on Kafka share; without it the data folder",
        set: |settings, given| {
            put(
                &mut settings.person_keys,
                given.word().map(|word| Some(word.into())),
            )
        },
        show: |settings| {
            settings
                .person_keys
                .as_ref()
                .map(|folder| folder.display().to_string())
                .unwrap_or_default()
        },
    },
    Setting {
        name: "services",
        placeholder: "LIST",
        scope: Scope::Serve,
        help: "What this node runs, with commas between",
        set: |settings, given| put(&mut settings.services, services(given)),
        show: |settings| {
            settings
                .services
                .iter()
                .map(|service| service.name())
                .collect::<Vec<_>>()
                .join(",")
        },
    },
    Setting {
        name: "kafka",
        placeholder: "BOOTSTRAP",
        scope: Scope::Log,
        help: "Brokers of Apache Kafka as host:port,host:port; without them the log is a file in the data folder",
        set: |settings, given| put(&mut settings.kafka, brokers(given).map(Some)),
        show: |settings| settings.kafka.clone().unwrap_or_default(),
    },
    Setting {
        name: "kafka-option",
        placeholder: "KEY=VALUE",
        scope: Scope::Log,
        help: "A setting of librdkafka, such as security.protocol=ssl; may be repeated",
        set: |settings, given| put(&mut settings.kafka_options, options(given)),
        show: |settings| {
            settings
                .kafka_options
                .iter()
                .map(shown_option)
                .collect::<Vec<_>>()
                .join(";")
        },
    },
    Setting {
        name: "receipt-key",
        placeholder: "KEYID=HEX",
        scope: Scope::Serve,
        help: "What the evaluator's receipts are verified with, as its keys status prints it; may be repeated",
        set: |settings, given| put(&mut settings.receipt_keys, receipt_keys(given)),
        show: |settings| {
            let keys = settings.receipt_keys.iter();
            let keys: Vec<_> = keys.map(|(id, key)| format!("{id}={key}")).collect();
            keys.join(";")
        },
    },
    Setting {
        name: "erasure-hold-hours",
        placeholder: "HOURS",
        scope: Scope::Serve,
        help: "How long the erasure of a person can be taken back after two agreed, at most 720; 0: it is carried out at once",
        set: |settings, given| {
            put(
                &mut settings.erasure_hold,
                given.number(0, MONTH_HOURS).map(ErasureHold::of_hours),
            )
        },
        show: |settings| settings.erasure_hold.hours().to_string(),
    },
    Setting {
        name: "region",
        placeholder: "CODE",
        scope: Scope::Log,
        help: "Region that this node serves: prefix of its topics",
        set: |settings, given| put(&mut settings.region, region(given)),
        show: |settings| settings.region.clone(),
    },
    Setting {
        name: "grpc",
        placeholder: "ADDR",
        scope: Scope::Serve,
        help: "Where gRPC listens; port 0 takes a free one",
        set: |settings, given| put(&mut settings.grpc, given.address()),
        show: |settings| settings.grpc.to_string(),
    },
    Setting {
        name: "http",
        placeholder: "ADDR",
        scope: Scope::Serve,
        help: "Where /metrics, /health and the page listen; port 0 takes a free one",
        set: |settings, given| put(&mut settings.http, given.address()),
        show: |settings| settings.http.to_string(),
    },
    Setting {
        name: "demo",
        placeholder: "",
        scope: Scope::Serve,
        help: "Publishes a few hundred invented offerings and keeps reporting on them",
        set: |settings, given| put(&mut settings.demo, given.switch()),
        show: |settings| settings.demo.to_string(),
    },
    Setting {
        name: "insecure-dev",
        placeholder: "",
        scope: Scope::Serve,
        help: "Listens for gRPC beyond this machine although callers are not identified: development only",
        set: |settings, given| put(&mut settings.insecure_dev, given.switch()),
        show: |settings| settings.insecure_dev.to_string(),
    },
    Setting {
        name: "log",
        placeholder: "FILTER",
        scope: Scope::Log,
        help: "Which log lines are written: a level, or target=level with commas between",
        set: |settings, given| put(&mut settings.log, filter(given)),
        show: |settings| settings.log.clone(),
    },
    Setting {
        name: "log-format",
        placeholder: "FORMAT",
        scope: Scope::Log,
        help: "How log lines look on standard error: human or json",
        set: |settings, given| put(&mut settings.log_format, format(given)),
        show: |settings| settings.log_format.name().to_owned(),
    },
    Setting {
        name: "otlp",
        placeholder: "URL",
        scope: Scope::Serve,
        help: "Where OpenTelemetry traces go (OTLP over gRPC); without it none are made",
        set: |settings, given| put(&mut settings.otlp, given.url().map(Some)),
        show: |settings| settings.otlp.as_deref().map(shown_url).unwrap_or_default(),
    },
    Setting {
        name: "stop-deadline",
        placeholder: "SECONDS",
        scope: Scope::Serve,
        help: "How long a stop may take: what is running is finished until then",
        set: |settings, given| put(&mut settings.stop_deadline, given.seconds(HOUR)),
        show: |settings| shown_seconds(settings.stop_deadline),
    },
    Setting {
        name: "request-timeout",
        placeholder: "SECONDS",
        scope: Scope::Serve,
        help: "How long a call may take until it is answered; streams go on",
        set: |settings, given| put(&mut settings.request_timeout, given.seconds(HOUR)),
        show: |settings| shown_seconds(settings.request_timeout),
    },
    Setting {
        name: "connection-age",
        placeholder: "SECONDS",
        scope: Scope::Serve,
        help: "How old a connection may become before the client is asked to make a new one",
        set: |settings, given| put(&mut settings.connection_age, given.seconds(24 * HOUR)),
        show: |settings| shown_seconds(settings.connection_age),
    },
    Setting {
        name: "max-connections",
        placeholder: "COUNT",
        scope: Scope::Serve,
        help: "How many gRPC connections there may be at once; more wait their turn",
        set: |settings, given| {
            put(
                &mut settings.max_connections,
                given.number(1, 100_000).map(|count| count as usize),
            )
        },
        show: |settings| settings.max_connections.to_string(),
    },
];

fn put<T>(setting: &mut T, value: Result<T, String>) -> Result<(), String> {
    *setting = value?;
    Ok(())
}

fn services(given: Given<'_>) -> Result<Vec<Service>, String> {
    let mut services = Vec::new();
    for name in given.list()? {
        let Some(service) = Service::parse(&name) else {
            let known = Service::ALL.map(Service::name);
            return Err(format!(
                "there is no service {name:?}{}; there are: {}",
                suggestion(&name, known.into_iter()),
                known.join(", ")
            ));
        };
        if !services.contains(&service) {
            services.push(service);
        }
    }
    Ok(services)
}

fn brokers(given: Given<'_>) -> Result<String, String> {
    let list = given.list()?;
    for broker in &list {
        let port = broker.rsplit_once(':').filter(|(host, _)| !host.is_empty());
        if port
            .and_then(|(_, port)| port.parse::<u16>().ok())
            .is_none()
        {
            return Err(format!("{broker:?} is not a broker such as 127.0.0.1:9092"));
        }
    }
    Ok(list.join(","))
}

fn options(given: Given<'_>) -> Result<Vec<(String, String)>, String> {
    /// Set by the log itself: another value would break what it promises.
    const OURS: [&str; 8] = [
        "bootstrap.servers",
        "acks",
        "request.required.acks",
        "enable.idempotence",
        "auto.offset.reset",
        "enable.auto.commit",
        "group.id",
        "transactional.id",
    ];
    let pairs = given.pairs()?;
    for (key, _) in &pairs {
        if key.is_empty() {
            return Err("an option must have a name".to_owned());
        }
        if OURS.contains(&key.as_str()) {
            return Err(format!("{key:?} is set by doorstroom itself"));
        }
    }
    Ok(pairs)
}

fn receipt_keys(given: Given<'_>) -> Result<Vec<(String, String)>, String> {
    let pairs = given.pairs()?;
    for (key_id, key) in &pairs {
        let is_key = key.len() == 64 && key.bytes().all(|byte| byte.is_ascii_hexdigit());
        if key_id.is_empty() || !is_key {
            return Err(format!(
                "{key_id:?} must be a key's name, = and 64 hexadecimal digits, as doorstroomd keys status prints them"
            ));
        }
    }
    Ok(pairs)
}

/// Hides every value but those that are known to be no secret: librdkafka takes secrets under many names.
fn shown_option((key, value): &(String, String)) -> String {
    const NO_SECRETS: [&str; 22] = [
        "client.id",
        "client.rack",
        "client.dns.lookup",
        "broker.address.family",
        "compression.type",
        "security.protocol",
        "enable.ssl.certificate.verification",
        "ssl.ca.location",
        "ssl.certificate.location",
        "ssl.key.location",
        "ssl.keystore.location",
        "ssl.crl.location",
        "ssl.cipher.suites",
        "ssl.curves.list",
        "ssl.sigalgs.list",
        "ssl.endpoint.identification.algorithm",
        "sasl.mechanism",
        "sasl.mechanisms",
        "sasl.username",
        "sasl.kerberos.service.name",
        "sasl.kerberos.principal",
        "sasl.oauthbearer.method",
    ];
    let is_amount = [".ms", ".bytes", ".kbytes"]
        .iter()
        .any(|unit| key.ends_with(unit));
    let is_shown = is_amount || NO_SECRETS.contains(&key.as_str());
    format!("{key}={}", if is_shown { value } else { "(hidden)" })
}

/// Returns a URL without the name and password that it may carry.
fn shown_url(url: &str) -> String {
    match url.split_once("://") {
        Some((scheme, rest)) => {
            let authority = rest.split('/').next().unwrap_or_default();
            match authority.rsplit_once('@') {
                Some((login, _)) => format!("{scheme}://(hidden){}", &rest[login.len()..]),
                None => url.to_owned(),
            }
        }
        None => url.to_owned(),
    }
}

fn region(given: Given<'_>) -> Result<String, String> {
    let code = given.text()?;
    let fits = (1..=32).contains(&code.len())
        && code
            .bytes()
            .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'));
    if !fits {
        return Err(format!(
            "{code:?} is not a region code: one to 32 of a to z, 0 to 9 and -"
        ));
    }
    Ok(code)
}

fn filter(given: Given<'_>) -> Result<String, String> {
    let text = given.word()?;
    match EnvFilter::try_new(&text) {
        Ok(_) => Ok(text),
        Err(error) => Err(format!(
            "{text:?} is not a log filter such as info: {error}"
        )),
    }
}

fn format(given: Given<'_>) -> Result<LogFormat, String> {
    match given.text()?.as_str() {
        "human" => Ok(LogFormat::Human),
        "json" => Ok(LogFormat::Json),
        other => Err(format!("must be human or json, not {other:?}")),
    }
}

fn shown_seconds(duration: Duration) -> String {
    duration.as_secs().to_string()
}
