/**
 * The port to what keeps permits: charges, decisions about them, the state of keys. It
 * knows no technology; the rooms beneath it do.
 */
@NullMarked
package io.github.ratelimit.store;

import org.jspecify.annotations.NullMarked;
