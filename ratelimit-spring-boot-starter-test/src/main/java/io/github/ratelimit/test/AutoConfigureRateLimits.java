package io.github.ratelimit.test;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.test.context.PropertyMapping;

/**
 * Tests the limits of the application: they are counted in memory on a
 * {@link ManualTime}, and are full before each test method. On a test of a slice, such as
 * {@code @WebMvcTest}, it also adds the limits, which a slice has not.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Inherited
@ImportAutoConfiguration
public @interface AutoConfigureRateLimits {

	/**
	 * Whether the limits are applied, whatever {@code ratelimit.enabled} is.
	 * @return {@code true} by default
	 */
	@PropertyMapping("ratelimit.enabled")
	boolean enabled() default true;

	/**
	 * The store of the limits, instead of that of {@code ratelimit.store}. With
	 * {@code redis} there is no {@link ManualTime}, because the time is that of Redis.
	 * @return {@code memory} by default
	 */
	@PropertyMapping("ratelimit.store")
	String store() default "memory";

}
