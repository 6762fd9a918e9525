//! The `payload!` macro: a struct that names the members of a JSON object, and its [`Shape`](super::Shape).

/// Declares a payload model.
///
/// `documented struct` notes every member that it does not name as drift; `provisional struct` lets it pass. Either way
/// it is kept in the field `unknown`.
macro_rules! payload {
    (@unknown documented, $place:expr, $name:expr, $drift:expr) => {
        $drift.note(&$place.member($name), "not documented")
    };
    (@unknown provisional, $place:expr, $name:expr, $drift:expr) => {};

    (
        $(#[$meta:meta])*
        $status:ident struct $name:ident<$lt:lifetime> {
            $($(#[$field_meta:meta])* $member:literal => $field:ident: $type:ty,)+
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Default, PartialEq)]
        pub struct $name<$lt> {
            $($(#[$field_meta])* pub $field: Option<$type>,)+
            /// Every member that this model does not name, as it came.
            pub unknown: Vec<(&$lt str, &$lt $crate::json::Json)>,
        }

        impl<$lt> $name<$lt> {
            /// The members that this model names, as they are spelled in a body.
            pub const MEMBERS: &'static [&'static str] = &[$($member),+];

            /// Reads the members of an object that stands at `place`.
            pub fn read_members(
                members: &$lt $crate::json::Object,
                place: &$crate::drift::Place<'_>,
                drift: &mut $crate::drift::Drift,
            ) -> Self {
                let mut model = Self::default();
                for (name, value) in members {
                    match name.as_str() {
                        $($member if *value == $crate::json::Json::Null => {}
                        $member => {
                            model.$field = <$type as $crate::payload::Shape>::read(value, &place.member(name), drift);
                        })+
                        name => {
                            $crate::payload::model::payload!(@unknown $status, place, name, drift);
                            model.unknown.push((name, value));
                        }
                    }
                }
                model
            }
        }

        impl<$lt> $crate::payload::Shape<$lt> for $name<$lt> {
            fn read(
                json: &$lt $crate::json::Json,
                place: &$crate::drift::Place<'_>,
                drift: &mut $crate::drift::Drift,
            ) -> Option<Self> {
                let $crate::json::Json::Object(members) = json else {
                    drift.note(place, format_args!("{}, not an object", json.kind()));
                    return None;
                };
                Some(Self::read_members(members, place, drift))
            }
        }
    };
}

pub(crate) use payload;
