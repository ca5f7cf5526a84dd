#ifndef MARTLET_KINDS_H
#define MARTLET_KINDS_H

#include <stddef.h>

/// The text of all `.schema` files, one after the other, in the order of discovery.
const unsigned char *martlet_kind_text(void);
/// Its length in bytes.
size_t martlet_kind_text_length(void);

#endif
