package io.github.ratelimit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * States that a bean, or one of its methods, reads Spring Security's context, so that a
 * limit whose expressions call it ({@code plan: "@plans.current()"}) is applied after
 * Spring Security. On the bean's class, on its {@code @Bean} method, or on the called
 * method, which takes precedence.
 * <p>
 * {@code @ReadsSecurityContext(false)} states the opposite. Without the annotation a
 * bean's limit is applied before Spring Security unless another of its expressions needs
 * the authenticated caller, and start-up asks for the annotation.
 */
@Target({ ElementType.METHOD, ElementType.TYPE })
@Retention(RetentionPolicy.RUNTIME)
@Inherited
@Documented
public @interface ReadsSecurityContext {

	/**
	 * Returns whether the security context is read.
	 * @return false for a bean that needs no authenticated caller
	 */
	boolean value() default true;

}
