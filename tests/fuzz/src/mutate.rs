//! Changes to JSON that leave it JSON: libFuzzer's own, made byte by byte, hardly get past the parser.

use fastrand::Rng;
use serde_json::{Map, Value, json};

/// Names that the receiver looks for, or has itself.
const NAMES: [&str; 24] = [
    "CustomerId",
    "Tenant",
    "WorkOrderNumber",
    "WorkOrderStem",
    "PunchId",
    "IncidentId",
    "NoteId",
    "AssignmentTerms",
    "ScheduleConfig",
    "Weeks",
    "Shifts",
    "Sunday",
    "StartTime",
    "IsEnabled",
    "History",
    "Deletion",
    "DeletedAt",
    "Revision",
    "Drift",
    "Oversize",
    "a/b~c",
    "a: b",
    "",
    "é😀",
];

const ODD_CHARACTERS: [char; 18] =
    ['a', 'Z', '0', '9', ' ', '.', '/', '%', '~', '+', '-', ':', 'T', '😀', '\0', '"', '§', '¶'];

/// libFuzzer's own changes, `libfuzzer_sys::fuzzer_mutate`, which only a program that is linked with it has.
pub type Bytewise = fn(&mut [u8], usize, usize) -> usize;

/// Changes an input of `body_to_outcome`: JSON after a byte.
pub fn body(data: &mut [u8], size: usize, max_size: usize, seed: u32, bytewise: Bytewise) -> usize {
    from(1, data, size, max_size, seed, bytewise)
}

/// Changes an input of `api_event`: JSON, or a head and JSON.
pub fn request(data: &mut [u8], size: usize, max_size: usize, seed: u32, bytewise: Bytewise) -> usize {
    if data[..size].starts_with(b"{") {
        return from(0, data, size, max_size, seed, bytewise);
    }
    if (seed >> 8).is_multiple_of(4) {
        return with_line(data, size, max_size, &mut Rng::with_seed(seed.into()));
    }
    let head = data[..size].windows(2).position(|pair| pair == b"\n\n").map_or(size, |end| end + 2);
    from(head, data, size, max_size, seed, bytewise)
}

/// Lines of a head.
const LINES: [&str; 14] = [
    ":base64: yes",
    ":method: POST",
    ":method: DELETE",
    ":method: é",
    ":path: /?a=%zz#",
    "authorization: Bearer dc_test-token",
    "authorization: Bearer ",
    "authorization: Basic dc_test-token",
    "host: 1",
    "host: [",
    "x-forwarded-proto: :",
    "x-forwarded-host: é",
    "content-type: text/plain",
    "cookie: a=b",
];

/// Puts a line in as the head's first, which begins after a byte.
fn with_line(data: &mut [u8], size: usize, max_size: usize, rng: &mut Rng) -> usize {
    let line = format!("{}\n", LINES[rng.usize(..LINES.len())]);
    let after = 1 + line.len();
    if size == 0 || size + line.len() > max_size {
        return size;
    }
    data.copy_within(1..size, after);
    data[1..after].copy_from_slice(line.as_bytes());
    size + line.len()
}

/// Changes the JSON that begins at `start`, or anything at all.
fn from(start: usize, data: &mut [u8], size: usize, max_size: usize, seed: u32, bytewise: Bytewise) -> usize {
    // Not by the lowest bits, by which `json` decides.
    if (seed >> 16).is_multiple_of(4) || start >= size || start >= max_size {
        return bytewise(data, size, max_size);
    }
    start + json(&mut data[start..], size - start, max_size - start, seed, bytewise)
}

/// Changes the JSON in `data[..size]`, or makes one of libFuzzer's own changes. Gives the new size.
pub fn json(data: &mut [u8], size: usize, max_size: usize, seed: u32, bytewise: Bytewise) -> usize {
    let mut rng = Rng::with_seed(seed.into());
    if rng.u8(..4) == 0 {
        return bytewise(data, size, max_size);
    }
    let Ok(mut value) = serde_json::from_slice::<Value>(&data[..size]) else {
        return bytewise(data, size, max_size);
    };
    for _ in 0..rng.usize(1..4) {
        let mut place = rng.usize(..count(&value));
        change(&mut value, &mut place, &mut rng);
    }
    let text = value.to_string();
    let room = data.len().min(max_size);
    if text.len() > room {
        return bytewise(data, size, max_size);
    }
    data[..text.len()].copy_from_slice(text.as_bytes());
    text.len()
}

fn count(value: &Value) -> usize {
    1 + match value {
        Value::Array(elements) => elements.iter().map(count).sum(),
        Value::Object(members) => members.values().map(count).sum(),
        _ => 0_usize,
    }
}

/// Changes the value that comes `place` values after this one, in the order of the text.
fn change(value: &mut Value, place: &mut usize, rng: &mut Rng) -> bool {
    if *place == 0 {
        change_here(value, rng);
        return true;
    }
    *place -= 1;
    match value {
        Value::Array(elements) => elements.iter_mut().any(|element| change(element, place, rng)),
        Value::Object(members) => members.values_mut().any(|member| change(member, place, rng)),
        _ => false,
    }
}

fn change_here(value: &mut Value, rng: &mut Rng) {
    match (rng.u8(..8), &mut *value) {
        (0..4, Value::Object(members)) => change_members(members, rng),
        (0..4, Value::Array(elements)) => change_elements(elements, rng),
        (0..3, Value::String(text)) => *text = changed_text(text, rng),
        (3..5, Value::String(_)) => *value = json!(text(rng)),
        (5, _) => {
            let inner = value.take();
            *value = if rng.bool() { json!([inner]) } else { json!({ name(rng): inner }) };
        }
        _ => *value = leaf(rng),
    }
}

fn change_members(members: &mut Map<String, Value>, rng: &mut Rng) {
    let chosen = rng.choice(members.keys().cloned().collect::<Vec<_>>());
    match (rng.u8(..4), chosen) {
        (0, Some(chosen)) => drop(members.remove(&chosen)),
        (1, Some(chosen)) => {
            let value = members.remove(&chosen).unwrap_or_default();
            members.insert(name(rng), value);
        }
        (2, Some(chosen)) => {
            let value = members[&chosen].clone();
            members.insert(name(rng), value);
        }
        _ => drop(members.insert(name(rng), leaf(rng))),
    }
}

fn change_elements(elements: &mut Vec<Value>, rng: &mut Rng) {
    match (rng.u8(..3), elements.is_empty()) {
        (0, false) => drop(elements.swap_remove(rng.usize(..elements.len()))),
        (1, false) => elements.push(elements[rng.usize(..elements.len())].clone()),
        _ => elements.push(leaf(rng)),
    }
}

fn changed_text(text: &str, rng: &mut Rng) -> String {
    let mut characters: Vec<char> = text.chars().collect();
    let place = rng.usize(..=characters.len());
    match rng.u8(..4) {
        0 if place < characters.len() => drop(characters.remove(place)),
        1 => characters.truncate(place),
        2 => characters.extend(characters.clone()),
        _ => characters.insert(place, rng.choice(ODD_CHARACTERS).unwrap_or('x')),
    }
    characters.into_iter().collect()
}

fn name(rng: &mut Rng) -> String {
    match rng.u8(..6) {
        0 => (0..rng.usize(..4)).map(|_| rng.alphanumeric()).collect(),
        1 => ["n", "é", "😀", "/n"][rng.usize(..4)].repeat(rng.usize(..400)),
        _ => NAMES[rng.usize(..NAMES.len())].to_owned(),
    }
}

fn text(rng: &mut Rng) -> String {
    const TEXTS: [&str; 17] = [
        "§>",
        "§]",
        "¶",
        "",
        "2",
        "+2",
        "002",
        "sha256-",
        "~",
        "T49098.34277.001N",
        ".",
        "2023-05-16",
        "08:00",
        "2023-05-16T15:30:00",
        "2023-02-30",
        "Emergency",
        "é😀",
    ];
    match rng.u8(..4) {
        0 => TEXTS[rng.usize(..TEXTS.len())].repeat(rng.usize(..60)),
        _ => TEXTS[rng.usize(..TEXTS.len())].to_owned(),
    }
}

fn leaf(rng: &mut Rng) -> Value {
    match rng.u8(..8) {
        0 => Value::Null,
        1 => json!(rng.bool()),
        2 => json!(rng.i64(-3..300)),
        3 => json!(rng.i64(..)),
        4 => json!(f64::from_bits(rng.u64(..))),
        5 => json!([]),
        6 => json!({}),
        _ => json!(text(rng)),
    }
}
