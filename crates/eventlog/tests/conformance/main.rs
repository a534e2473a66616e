//! What every backend promises, as one suite of cases: SQLite on disk, SQLite in memory, Apache Kafka.
//!
//! A case takes a [`world::World`] and is listed once for every backend that it makes sense for. What only a
//! file has is in `sqlite`, what only a topic on Kafka has in `kafka`.

mod broker;
mod cases;
mod child;
mod kafka;
mod record;
mod sqlite;
mod world;

/// One test for each case: `on_disk::the_rule`, `in_memory::the_rule`, `on_kafka::the_rule`.
macro_rules! conforms {
    ($backend:ident: $($area:ident { $($case:ident,)* })*) => {
        mod $backend {
            $($(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $case() {
                    let world = crate::world::World::$backend().await;
                    Box::pin(crate::cases::$area::$case(world)).await;
                }
            )*)*
        }
    };
}

conforms! { on_disk:
    order {
        commits_come_in_the_order_of_their_positions,
        two_readers_see_the_same_order,
        a_stream_reads_oldest_first,
        a_topic_that_was_not_opened_is_unknown,
    }
    version_rule {
        only_the_version_after_the_head_takes_effect,
        of_two_writers_exactly_one_takes_a_version,
        a_commit_sent_twice_takes_effect_once,
        void_commits_are_invisible_and_counted,
        a_commit_that_is_too_large_has_no_effect,
    }
    durable {
        what_was_acknowledged_is_there_after_a_kill,
        ten_thousand_appends_at_once_are_all_durable,
        after_a_restart_streams_go_on_from_their_heads,
        who_cancels_an_append_changes_nothing,
        a_closed_log_refuses_and_answers_everybody,
    }
    subscribe {
        a_subscriber_starts_at_any_position,
        a_subscriber_goes_on_where_it_was_across_restarts,
        a_slow_subscriber_misses_nothing,
        a_subscriber_that_stops_waiting_loses_nothing,
        a_subscriber_hears_that_the_log_is_closed,
    }
    identity {
        a_token_names_its_log_and_outlives_a_restart,
        a_reset_gives_the_log_another_id_and_keeps_what_it_holds,
        another_log_has_another_id,
    }
    time {
        log_time_never_runs_backwards,
        position_at_agrees_with_reading_everything,
        no_commit_comes_to_a_moment_that_is_settled,
        what_is_settled_stays_so_when_the_clock_is_set_back,
    }
    beside {
        a_second_process_hears_that_the_file_is_in_use,
        a_reader_beside_the_writer_sees_what_there_is_and_writes_nothing,
    }
}

// A log in memory has no file: nothing of it outlives its process, no second process reaches it, and nobody
// reads it from outside. So there is no kill, no restart, nothing in use and no reader beside it.
conforms! { in_memory:
    order {
        commits_come_in_the_order_of_their_positions,
        two_readers_see_the_same_order,
        a_stream_reads_oldest_first,
        a_topic_that_was_not_opened_is_unknown,
    }
    version_rule {
        only_the_version_after_the_head_takes_effect,
        of_two_writers_exactly_one_takes_a_version,
        a_commit_sent_twice_takes_effect_once,
        void_commits_are_invisible_and_counted,
        a_commit_that_is_too_large_has_no_effect,
    }
    durable {
        ten_thousand_appends_at_once_are_all_durable,
        who_cancels_an_append_changes_nothing,
        a_closed_log_refuses_and_answers_everybody,
    }
    subscribe {
        a_subscriber_starts_at_any_position,
        a_slow_subscriber_misses_nothing,
        a_subscriber_that_stops_waiting_loses_nothing,
        a_subscriber_hears_that_the_log_is_closed,
    }
    identity {
        a_reset_gives_the_log_another_id_and_keeps_what_it_holds,
        another_log_has_another_id,
    }
    time {
        log_time_never_runs_backwards,
        position_at_agrees_with_reading_everything,
        no_commit_comes_to_a_moment_that_is_settled,
        what_is_settled_stays_so_when_the_clock_is_set_back,
    }
}

// The broker's clock cannot be moved from here: `kafka::time` produces records with earlier append times.
conforms! { on_kafka:
    order {
        commits_come_in_the_order_of_their_positions,
        two_readers_see_the_same_order,
        a_stream_reads_oldest_first,
        a_topic_that_was_not_opened_is_unknown,
    }
    version_rule {
        only_the_version_after_the_head_takes_effect,
        of_two_writers_exactly_one_takes_a_version,
        a_commit_sent_twice_takes_effect_once,
        void_commits_are_invisible_and_counted,
        a_commit_that_is_too_large_has_no_effect,
    }
    durable {
        what_was_acknowledged_is_there_after_a_kill,
        ten_thousand_appends_at_once_are_all_durable,
        after_a_restart_streams_go_on_from_their_heads,
        who_cancels_an_append_changes_nothing,
        a_closed_log_refuses_and_answers_everybody,
    }
    subscribe {
        a_subscriber_starts_at_any_position,
        a_subscriber_goes_on_where_it_was_across_restarts,
        a_slow_subscriber_misses_nothing,
        a_subscriber_that_stops_waiting_loses_nothing,
        a_subscriber_hears_that_the_log_is_closed,
    }
    identity {
        a_token_names_its_log_and_outlives_a_restart,
        a_reset_gives_the_log_another_id_and_keeps_what_it_holds,
        another_log_has_another_id,
    }
    time {
        position_at_agrees_with_reading_everything,
        no_commit_comes_to_a_moment_that_is_settled,
    }
    beside {
        a_second_process_hears_that_the_file_is_in_use,
        a_reader_beside_the_writer_sees_what_there_is_and_writes_nothing,
    }
}
