//! The gym's REST from outside: what is written there shows on every screen at once.

mod support;

use std::{
    io::{Read, Write},
    net::TcpStream,
};

use rollcall_wire::Dialect;
use serde_json::{Value, json};
use support::{Program, config, world};

const PERSON_1: &str = "00000000-0000-4000-8000-000000000001";

/// Status and content of an answer, over a connection of its own.
fn ask(program: &Program, method: &str, path: &str, body: &Value) -> (u16, Value) {
    let address = program.address(Dialect::Gym);
    let token = program.token(Dialect::Gym, "2");
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let request = format!(
        "{method} {path} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
    let mut stream = TcpStream::connect(address).expect("the listener answers");
    stream.write_all(request.as_bytes()).expect("the request is taken");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("the answer is text");
    let (head, body) = answer.split_once("\r\n\r\n").expect("an answer has a head");
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
    (status.expect("a head has a status"), serde_json::from_str(body).unwrap_or_default())
}

#[test]
fn g7_12_a_write_over_rest_is_told_like_one_over_a_socket() {
    let program = Program::start();
    let mut wall = program.gym("1");
    let body = json!({"member": "GYM0001", "location": "Main Entrance"});
    let (status, visit) = ask(&program, "POST", "/api/api//checkins/", &body);
    assert_eq!(status, 201, "{visit}");
    let seen = wall.expect("member_checked_in");
    assert_eq!(seen["payload"], visit, "the same text over both");
    assert_eq!(wall.expect("initial_stats")["payload"]["currentlyIn"], 1);
    let (_, stats) = ask(&program, "GET", "/api/checkins/stats", &Value::Null);
    assert_eq!(stats["currentlyIn"], 1);
    let path = format!("/api/check-ins/{}/check-out", visit["id"].as_str().expect("a text"));
    let (status, closed) = ask(&program, "POST", &path, &Value::Null);
    assert_eq!(status, 200, "{closed}");
    assert_eq!(wall.expect("member_checked_out")["payload"], closed);
    assert_eq!(wall.expect("initial_stats")["payload"]["currentlyIn"], 0);
}

#[test]
fn g8_7_every_member_write_is_told() {
    let program = Program::start();
    let mut wall = program.gym("1");
    let path = format!("/api/members/{PERSON_1}/");
    let (status, item) = ask(&program, "PATCH", &path, &json!({"phone": "123"}));
    assert_eq!(status, 200, "{item}");
    let told = wall.expect("member_update");
    assert_eq!(
        (&told["payload"]["action"], &told["payload"]["member"]),
        (&"updated".into(), &item)
    );
    let (_, made) = ask(&program, "POST", "/api/members/", &json!({"full_name": "New One"}));
    let told = wall.expect("member_update");
    assert_eq!(
        (&told["payload"]["action"], &told["payload"]["id"]),
        (&"created".into(), &made["id"])
    );
    let body = json!({"action": "deactivate", "member_ids": [PERSON_1]});
    assert_eq!(ask(&program, "POST", "/api/admin/bulk-member-action/", &body).0, 200);
    let told = wall.expect("member_update");
    assert_eq!(
        (&told["payload"]["id"], &told["payload"]["status"]),
        (&PERSON_1.into(), &"inactive".into())
    );
    assert_eq!(ask(&program, "DELETE", &path, &Value::Null).0, 204);
    assert_eq!(wall.expect("member_update")["payload"]["action"], "deleted");
}

#[test]
fn g11_1_health_is_earned() {
    let program = Program::start();
    let (status, page) = ask(&program, "GET", "/health/", &Value::Null);
    assert_eq!((status, &page["status"]), (200, &"healthy".into()));
}

/// A page of the gym's listener as it is sent: the status line and everything after it.
fn page(program: &Program, method: &str, path: &str) -> String {
    let address = program.address(Dialect::Gym);
    let mut stream = TcpStream::connect(address).expect("the listener answers");
    let request =
        format!("{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).expect("the request is taken");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("the answer is text");
    answer
}

#[test]
fn g2_2_one_origin_serves_the_apps_pages_rest_and_the_socket() {
    let directory = tempfile::tempdir().expect("a directory");
    let ui = directory.path().join("build");
    std::fs::create_dir_all(ui.join("static")).expect("a directory");
    for (file, text) in [
        ("build/index.html", "<title>Gym</title>"),
        ("build/static/app.js", "app()"),
        ("secret", "hidden"),
    ] {
        std::fs::write(directory.path().join(file), text).expect("a file");
    }
    let mut settings = config();
    let gym = settings.listen.iter_mut().find(|listener| listener.dialect == Dialect::Gym);
    gym.expect("a gym's listener").ui = Some(ui);
    let program = Program::in_world(&world(), settings);
    for (path, kind, text) in [
        ("/", "text/html", "<title>Gym</title>"),
        ("/desk/history?page=2", "text/html", "<title>Gym</title>"),
        ("/static/app.js", "text/javascript", "app()"),
        ("/../secret", "text/html", "<title>Gym</title>"),
        ("/static/..%2f..%2fsecret", "text/html", "<title>Gym</title>"),
    ] {
        let answer = page(&program, "GET", path);
        assert!(answer.starts_with("HTTP/1.1 200"), "{path}: {answer}");
        assert!(answer.contains(&format!("content-type: {kind}")), "{path}: {answer}");
        assert!(answer.ends_with(text), "{path}: {answer}");
    }
    assert!(page(&program, "GET", "/api/nothing/").starts_with("HTTP/1.1 404"));
    assert!(!page(&program, "POST", "/").starts_with("HTTP/1.1 200"));
    assert_eq!(ask(&program, "GET", "/api/checkins/stats", &Value::Null).0, 200);
    program.gym("1");
}

#[test]
fn g8_4_g8_6_who_came_with_the_file_was_entered_when_it_was_taken_in() {
    let before = rollcall::clock::now();
    let program = Program::start();
    let get = |path: &str| ask(&program, "GET", path, &Value::Null).1;
    let time = |value: &Value| value.as_str().expect("a time").parse().expect("an instant");
    let path = format!("/api/members/{PERSON_1}/");
    let member = get(&path);
    let entered: rollcall_core::time::Timestamp = time(&member["created_at"]);
    assert!(before <= entered && entered <= rollcall::clock::now(), "{member}");
    assert_eq!(member["updated_at"], member["created_at"]);
    assert_eq!(time(&get("/api/auth/me/")["date_joined"]), entered);
    assert_eq!(get("/api/admin/stats/")["members"]["new_today"], 0, "nobody is new by an import");
    let (_, changed) = ask(&program, "PATCH", &path, &json!({"phone": "123"}));
    assert_eq!(changed["created_at"], member["created_at"]);
    ask(&program, "POST", "/api/members/", &json!({"full_name": "New One"}));
    assert_eq!(get("/api/admin/stats/")["members"]["new_today"], 1);
}
