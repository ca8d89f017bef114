"""Policies for enterprises (惠企政策): who is entitled and why not, who has not asked, applications, and whether the money arrived."""
