/**
 * The reports at start-up: the limits in the log, warnings, and why an application does
 * not start.
 */
@NullMarked
package io.github.ratelimit.autoconfigure.report;

import org.jspecify.annotations.NullMarked;
