package io.github.ratelimit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The container of several {@link RateLimited} annotations of one method or class, which
 * are all or nothing together. The compiler adds it if the annotation is repeated.
 */
@Target({ ElementType.METHOD, ElementType.TYPE })
@Retention(RetentionPolicy.RUNTIME)
@Inherited
@Documented
public @interface RateLimits {

	/**
	 * The annotations.
	 * @return the annotations, at least one
	 */
	RateLimited[] value();

}
