use mysql;
delete from global_priv where User = '' or (User = 'root' and Host <> 'localhost');
delete from proxies_priv where Host <> 'localhost';
drop database if exists test;
flush privileges;
