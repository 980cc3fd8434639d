/**
 * What Spring MVC needs: the permit as a controller's argument, and answers to refusals
 * that controllers throw.
 */
@NullMarked
package io.github.ratelimit.web.mvc;

import org.jspecify.annotations.NullMarked;
