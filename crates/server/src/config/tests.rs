use super::{
    File, LogFormat, Origin, Problem, SETTINGS, Service, Settings, Sources, describe, resolve,
};

fn file(text: &str) -> Option<File> {
    Some(File {
        path: "doorstroom.toml".to_owned(),
        text: text.to_owned(),
    })
}

fn pairs(given: &[(&str, &str)]) -> Vec<(String, String)> {
    given
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

fn flags(given: &[(&str, &[&str])]) -> Vec<(String, Vec<String>)> {
    given
        .iter()
        .map(|(name, values)| {
            let values = values.iter().map(|value| (*value).to_owned()).collect();
            ((*name).to_owned(), values)
        })
        .collect()
}

fn problems(sources: &Sources) -> Vec<String> {
    resolve(sources)
        .expect_err("something is wrong")
        .iter()
        .map(Problem::to_string)
        .collect()
}

#[test]
fn without_any_source_the_defaults_hold() {
    let effective = resolve(&Sources::default()).unwrap();
    assert_eq!(effective.settings, Settings::default());
    assert_eq!(effective.origin("grpc"), Origin::Default);
}

#[test]
fn a_flag_is_stronger_than_the_environment_and_that_than_the_file() {
    let sources = Sources {
        flags: flags(&[("grpc", &["127.0.0.1:1"])]),
        environment: pairs(&[
            ("DOORSTROOM_GRPC", "127.0.0.1:2"),
            ("DOORSTROOM_HTTP", "127.0.0.1:3"),
        ]),
        file: file("grpc = '127.0.0.1:4'\nhttp = '127.0.0.1:5'\nregion = 'groningen'"),
    };
    let effective = resolve(&sources).unwrap();
    assert_eq!(effective.settings.grpc.port(), 1);
    assert_eq!(effective.settings.http.port(), 3);
    assert_eq!(effective.settings.region, "groningen");
    assert_eq!(effective.origin("grpc"), Origin::Flag("--grpc".to_owned()));
    assert_eq!(
        effective.origin("http"),
        Origin::Environment("DOORSTROOM_HTTP".to_owned())
    );
    assert_eq!(
        effective.origin("region").to_string(),
        "doorstroom.toml: region"
    );
    assert_eq!(effective.origin("data"), Origin::Default);
}

#[test]
fn every_setting_can_be_given_in_the_file() {
    let sources = Sources {
        file: file(
            r#"
            data = "/var/lib/doorstroom"
            person_keys = "/var/lib/region-keys"
            services = ["capacity"]
            kafka = "one:9092,two:9092"
            erasure_hold_hours = 0
            region = "groningen"
            grpc = "[::1]:1"
            http = "localhost:2"
            demo = true
            insecure_dev = true
            log = "info,eventlog=debug"
            log_format = "json"
            otlp = "http://127.0.0.1:4317"
            stop_deadline = 3
            request_timeout = 4
            connection_age = 5
            max_connections = 6

            [kafka_option]
            "security.protocol" = "ssl"
            "socket.timeout.ms" = 1000

            [receipt_key]
            "nat.2026a.00" = "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"
            "#,
        ),
        ..Sources::default()
    };
    let effective = resolve(&sources).unwrap();
    let settings = &effective.settings;
    assert_eq!(settings.services, [Service::Capacity]);
    assert_eq!(settings.kafka.as_deref(), Some("one:9092,two:9092"));
    assert_eq!(
        settings.kafka_options,
        pairs(&[("security.protocol", "ssl"), ("socket.timeout.ms", "1000")])
    );
    assert_eq!(settings.log_format, LogFormat::Json);
    assert_eq!(settings.stop_deadline.as_secs(), 3);
    assert_eq!(settings.max_connections, 6);
    assert_eq!(settings.erasure_hold.hours(), 0);
    for setting in SETTINGS {
        assert_ne!(
            effective.origin(setting.name),
            Origin::Default,
            "{}",
            setting.name
        );
    }
}

#[test]
fn an_erasure_is_held_for_three_days_and_for_a_month_at_most() {
    assert_eq!(Settings::default().erasure_hold.hours(), 72);
    let longest = |hours: &str| {
        resolve(&Sources {
            flags: flags(&[("erasure-hold-hours", &[hours])]),
            ..Sources::default()
        })
    };
    assert_eq!(longest("720").unwrap().settings.erasure_hold.hours(), 720);
    let refused = longest("721").unwrap_err();
    assert_eq!(
        refused[0].to_string(),
        "--erasure-hold-hours: must be a whole number from 0 to 720, not 721"
    );
}

#[test]
fn every_wrong_key_and_value_is_named_at_once() {
    let sources = Sources {
        flags: flags(&[("http", &["somewhere"])]),
        environment: pairs(&[
            ("DOORSTROOM_GPRC", "127.0.0.1:1"),
            ("DOORSTROOM_DEMO", "perhaps"),
        ]),
        file: file(
            "gprc = '127.0.0.1:1'\nstop_deadline = 'soon'\nmax_connections = 0\nservices = 'capcity'\n\
             region = 'Groningen!'\notlp = 'nowhere'\nlog_format = 'xml'\nkafka = 'broker'\nzzz = 1",
        ),
    };
    let found = problems(&sources);
    for expected in [
        "doorstroom.toml: gprc: there is no such setting; did you mean grpc?",
        "doorstroom.toml: stop_deadline: must be a whole number from 1 to 3600, not text (seconds)",
        "doorstroom.toml: max_connections: must be a whole number from 1 to 100000, not 0",
        "doorstroom.toml: services: there is no service \"capcity\"; did you mean capacity?; there are: capacity, waitlist, evaluator",
        "doorstroom.toml: region: \"Groningen!\" is not a region code: one to 32 of a to z, 0 to 9 and -",
        "doorstroom.toml: otlp: \"nowhere\" is not a URL such as http://127.0.0.1:4317",
        "doorstroom.toml: log_format: must be human or json, not \"xml\"",
        "doorstroom.toml: kafka: \"broker\" is not a broker such as 127.0.0.1:9092",
        "doorstroom.toml: zzz: there is no such setting",
        "DOORSTROOM_GPRC: there is no such setting; did you mean DOORSTROOM_GRPC?",
        "DOORSTROOM_DEMO: must be true or false, not \"perhaps\"",
        "--http: \"somewhere\" is not an address and port such as 127.0.0.1:50051 or [::1]:50051",
    ] {
        assert!(
            found.iter().any(|line| line == expected),
            "{expected}\nis not in\n{found:#?}"
        );
    }
    assert_eq!(found.len(), 12, "{found:#?}");
}

#[test]
fn a_file_that_is_not_toml_is_refused_with_its_line() {
    let sources = Sources {
        file: file("grpc = '127.0.0.1:1'\nhttp = = 3"),
        ..Sources::default()
    };
    let found = problems(&sources);
    assert_eq!(found.len(), 1);
    assert!(
        found[0].starts_with("doorstroom.toml: line 2: "),
        "{}",
        found[0]
    );
}

#[test]
fn grpc_beyond_this_machine_needs_to_be_asked_for() {
    let mut sources = Sources {
        flags: flags(&[("grpc", &["0.0.0.0:50051"])]),
        ..Sources::default()
    };
    assert!(problems(&sources)[0].starts_with("--grpc: callers are not identified yet"));
    sources.flags.push(("insecure-dev".to_owned(), Vec::new()));
    assert!(resolve(&sources).is_ok());
}

#[test]
fn variables_of_others_are_left_alone() {
    let sources = Sources {
        environment: pairs(&[
            ("DOORSTROOM_SERVER", "http://127.0.0.1:1"),
            ("DOORSTROOM_TESTS_BROKER_FOLDER", "x"),
        ]),
        ..Sources::default()
    };
    assert!(resolve(&sources).is_ok());
}

#[test]
fn secrets_are_not_shown() {
    let sources = Sources {
        flags: flags(&[
            ("kafka", &["127.0.0.1:9092"]),
            (
                "kafka-option",
                &[
                    "sasl.password=geheim1",
                    "sasl.username=a",
                    "sasl.oauthbearer.config=principal=x secret=geheim2",
                    "sasl.oauthbearer.extensions=token=geheim3",
                    "ssl.key.pem=geheim4",
                    "sasl.pasword=geheim5",
                    "socket.timeout.ms=1000",
                ],
            ),
            ("otlp", &["http://name:geheim6@127.0.0.1:4317/x"]),
        ]),
        ..Sources::default()
    };
    let effective = resolve(&sources).unwrap();
    let shown = describe(&effective);
    for expected in [
        "sasl.password=(hidden);sasl.username=a;sasl.oauthbearer.config=(hidden)",
        ";ssl.key.pem=(hidden);sasl.pasword=(hidden);socket.timeout.ms=1000",
        "http://(hidden)@127.0.0.1:4317/x",
    ] {
        assert!(shown.contains(expected), "{shown}");
    }
    for shown in [shown, format!("{effective:?}")] {
        assert!(!shown.contains("geheim"), "{shown}");
    }
}

#[test]
fn the_documentation_lists_exactly_the_settings_there_are() {
    let document = include_str!("../../../../docs/configuration.md");
    let documented: Vec<&str> = document
        .lines()
        .filter(|line| line.starts_with("| `--"))
        .collect();
    let defaults = Settings::default();
    let known: Vec<String> = SETTINGS
        .iter()
        .map(|setting| {
            let flag = format!("{} {}", setting.flag(), setting.placeholder);
            let default = match (setting.show)(&defaults) {
                value if value.is_empty() => String::new(),
                value => format!("`{value}`"),
            };
            let names = format!(
                "`{}` | `{}` | `{}`",
                flag.trim(),
                setting.variable(),
                setting.key()
            );
            format!("| {names} | {default} | {} |", setting.help)
        })
        .collect();
    assert_eq!(documented.join("\n"), known.join("\n"));
}

#[test]
fn the_evaluator_has_no_way_to_kafka_unless_it_is_for_development() {
    let kafka = ("kafka", &["one:9092"][..]);
    let of = |given: &[(&str, &[&str])]| Sources {
        flags: flags(given),
        ..Sources::default()
    };
    let both = ("services", &["capacity,evaluator"][..]);
    assert!(problems(&of(&[kafka, both]))[0].contains("must have no way to the log on Kafka"));
    let alone = ("services", &["evaluator"][..]);
    assert!(problems(&of(&[kafka, alone]))[0].contains("must have no way to the log on Kafka"));
    assert!(resolve(&of(&[kafka, both, ("insecure-dev", &[])])).is_ok());
    assert!(resolve(&of(&[alone])).is_ok());
    let unsaid = resolve(&of(&[kafka])).unwrap();
    assert_eq!(unsaid.settings.services, [Service::Capacity]);
}
