//! One opened version of a workspace that answers questions: a plain request in, a plain result out.
