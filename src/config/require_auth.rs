//! libpq's `require_auth`: by which methods a server may ask who we are.

/// A way of logging in, by libpq's name for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// The password itself.
    Password,
    /// A hash of it, with a salt that the server chooses.
    Md5,
    /// A proof by each side that it knows the password, which the other learns nothing from.
    Scram,
    /// Nothing is asked.
    None,
}

impl Method {
    /// All of them.
    pub const ALL: [Method; 4] = [Method::Password, Method::Md5, Method::Scram, Method::None];

    /// The word of a connection string.
    pub fn name(self) -> &'static str {
        match self {
            Method::Password => "password",
            Method::Md5 => "md5",
            Method::Scram => "scram-sha-256",
            Method::None => "none",
        }
    }
}

/// The methods that are allowed; by default all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequireAuth {
    allowed: [bool; 4],
}

impl Default for RequireAuth {
    fn default() -> Self {
        RequireAuth { allowed: [true; 4] }
    }
}

impl RequireAuth {
    /// Only those named; or with `denied`, all but them.
    pub(super) fn of(named: &[Method], denied: bool) -> Self {
        RequireAuth { allowed: Method::ALL.map(|method| named.contains(&method) != denied) }
    }

    /// Whether a server may ask in this way.
    pub fn allows(self, method: Method) -> bool {
        self.allowed[method as usize]
    }

    /// Whether there is one that is not allowed.
    pub fn is_strict(self) -> bool {
        self.allowed.contains(&false)
    }
}
