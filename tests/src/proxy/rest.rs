//! The operation of a request to a REST service, which names it neither in a header nor in the
//! body, but by method and path.

use hyper::{Method, Uri};

/// The operation, such as `CreateSchedule` or `PutBucketVersioning`: AWS's own name if that follows
/// from method and path, and in any case a different one for everything that is done.
pub(super) fn operation(service: &str, method: &Method, uri: &Uri) -> String {
    let parts: Vec<_> = uri.path().split('/').filter(|part| !part.is_empty()).collect();
    if service == "s3" {
        return of_s3(method, parts.len(), uri.query().unwrap_or_default());
    }
    // Where a service keeps the tags of everything: `/tags/ARN`.
    match (parts.as_slice(), method) {
        (["tags", ..], &Method::GET) => return "ListTagsForResource".to_owned(),
        (["tags", ..], &Method::DELETE) => return "UntagResource".to_owned(),
        (["tags", ..], _) => return "TagResource".to_owned(),
        _ => {}
    }
    // Such as `/schedules/NAME`: things of one type, and one of them.
    let (things, one) = match parts.len() {
        0 => ("", false),
        count => (parts[(count - 1) / 2 * 2], count % 2 == 0),
    };
    let verb = match *method {
        Method::GET | Method::HEAD if one => "Get",
        Method::GET | Method::HEAD => "List",
        Method::POST => "Create",
        Method::PUT => "Update",
        Method::DELETE => "Delete",
        _ => "Do",
    };
    let things = capitals(things);
    let noun = if verb == "List" { &things } else { things.strip_suffix('s').unwrap_or(&things) };
    format!("{verb}{noun}")
}

/// What S3 is asked about: all buckets, one bucket, or an object in it.
fn of_s3(method: &Method, depth: usize, query: &str) -> String {
    // The SDK adds it to most operations on objects.
    if let Some(name) = query.split('&').find_map(|pair| pair.strip_prefix("x-id=")) {
        return name.to_owned();
    }
    // Such as `?versioning`: the part that is meant.
    let part = query.split('&').find(|pair| !pair.is_empty() && !pair.contains('='));
    let part = part.map(capitals).unwrap_or_default();
    let noun = ["Buckets", "Bucket", "Object"][depth.min(2)];
    match (method, depth, &*part) {
        (&Method::GET, 0, _) => "ListBuckets".to_owned(),
        (&Method::GET, 1, "") => "ListObjects".to_owned(),
        (&Method::GET, 1, "Versions") => "ListObjectVersions".to_owned(),
        (&Method::PUT, 1, "") => "CreateBucket".to_owned(),
        (&Method::POST, 1, "Delete") => "DeleteObjects".to_owned(),
        (_, 1, "PublicAccessBlock") => format!("{}PublicAccessBlock", verb(method)),
        _ => format!("{}{noun}{part}", verb(method)),
    }
}

/// A method as the beginning of a name, such as `Put`.
fn verb(method: &Method) -> String {
    capitals(&method.as_str().to_lowercase())
}

/// A word of a path as a part of a name: `ScheduleGroups` for `schedule-groups`.
fn capitals(word: &str) -> String {
    let capital = |part: &str| {
        let mut letters = part.chars();
        letters.next().map(|first| first.to_ascii_uppercase().to_string() + letters.as_str())
    };
    word.split('-').filter_map(capital).collect()
}

#[cfg(test)]
mod tests {
    use hyper::{Request, body::Bytes, header::AUTHORIZATION};

    use super::super::Call;

    /// The operation that a request to a REST service is recognised as, and whether it changes
    /// something.
    fn taken(service: &str, method: &str, path: &str) -> (String, bool) {
        let scope =
            format!("AWS4-HMAC-SHA256 Credential=a/20260101/eu-west-1/{service}/aws4_request");
        let request = Request::builder().method(method).uri(path).header(AUTHORIZATION, scope);
        let (parts, ()) = request.body(()).unwrap().into_parts();
        let call = Call::of(&parts, &Bytes::new());
        (call.name(), call.changes())
    }

    #[test]
    fn a_rest_service_says_by_method_and_path_what_is_asked() {
        let arn = "arn%3Aaws%3Ascheduler%3Aeu-west-1%3A1%3Aschedule-group%2Fa";
        let tags = format!("/tags/{arn}");
        for (service, method, path, name, changes) in [
            ("scheduler", "POST", "/schedules/nightly", "CreateSchedule", true),
            ("scheduler", "PUT", "/schedules/nightly", "UpdateSchedule", true),
            ("scheduler", "GET", "/schedules/nightly?groupName=a", "GetSchedule", false),
            ("scheduler", "DELETE", "/schedules/nightly", "DeleteSchedule", true),
            ("scheduler", "GET", "/schedules", "ListSchedules", false),
            ("scheduler", "POST", "/schedule-groups/a", "CreateScheduleGroup", true),
            ("scheduler", "GET", "/schedule-groups", "ListScheduleGroups", false),
            ("scheduler", "GET", &tags, "ListTagsForResource", false),
            ("scheduler", "POST", &tags, "TagResource", true),
            ("scheduler", "DELETE", &tags, "UntagResource", true),
            ("s3", "GET", "/", "ListBuckets", false),
            ("s3", "PUT", "/a", "CreateBucket", true),
            ("s3", "HEAD", "/a", "HeadBucket", false),
            ("s3", "DELETE", "/a", "DeleteBucket", true),
            ("s3", "GET", "/a?versioning", "GetBucketVersioning", false),
            ("s3", "PUT", "/a?versioning", "PutBucketVersioning", true),
            ("s3", "PUT", "/a?publicAccessBlock", "PutPublicAccessBlock", true),
            ("s3", "GET", "/a?list-type=2&prefix=", "ListObjects", false),
            ("s3", "POST", "/a?delete", "DeleteObjects", true),
            ("s3", "PUT", "/a/b/c", "PutObject", true),
            ("s3", "GET", "/a/b/c?x-id=GetObject", "GetObject", false),
        ] {
            let expected = (format!("{service}:{name}"), changes);
            assert_eq!(taken(service, method, path), expected, "{method} {path}");
        }
    }
}
