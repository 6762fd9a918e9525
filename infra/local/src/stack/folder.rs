//! The data folder, which one process uses at a time: SQLite would let two in, and each would hold its own idea of the
//! tables.

use std::{
    fs::{self, File, TryLockError},
    path::{Path, PathBuf},
};

/// Why a data folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// A second stack on the same folder.
    #[error("another local stack is running on the data in {}", .0.display())]
    InUse(PathBuf),
    /// The file system.
    #[error("cannot use the data folder {}", path.display())]
    Io {
        /// The folder.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
}

/// A data folder that is ours until this is dropped, or the process ends in any way.
pub(super) struct Folder {
    path: PathBuf,
    _lock: File,
}

impl Folder {
    pub(super) fn open(path: &Path) -> Result<Self, FolderError> {
        let failed = |source| FolderError::Io { path: path.to_owned(), source };
        fs::create_dir_all(path).map_err(failed)?;
        let lock = File::create(path.join("lock")).map_err(failed)?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { path: path.to_owned(), _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(FolderError::InUse(path.to_owned())),
            Err(TryLockError::Error(source)) => Err(failed(source)),
        }
    }

    /// The database of the tables. A string, since dynoxide takes one.
    pub(super) fn dynamodb(&self) -> String {
        self.path.join("dynamodb.sqlite").to_string_lossy().into_owned()
    }

    /// The database of the objects.
    pub(super) fn s3(&self) -> PathBuf {
        self.path.join("s3.sqlite")
    }
}
