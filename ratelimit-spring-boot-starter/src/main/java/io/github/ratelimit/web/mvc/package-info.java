/**
 * The adapters to Spring MVC: the permit as a controller's argument, and answers to
 * refusals that controllers throw.
 */
@NullMarked
package io.github.ratelimit.web.mvc;

import org.jspecify.annotations.NullMarked;
